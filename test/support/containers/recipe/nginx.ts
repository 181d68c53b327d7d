import { aptSettings, buildImage, debianWith } from "./debian-base.ts";

export const buildNginx = async (name: string): Promise<void> => {
  const dockerfile = `${await debianWith("nginx-light")}
RUN ln -sf /dev/stdout /var/log/nginx/access.log && ln -sf /dev/stderr /var/log/nginx/error.log
STOPSIGNAL SIGQUIT
CMD ["nginx", "-g", "daemon off;"]
`;
  await buildImage(name, dockerfile, aptSettings);
};
