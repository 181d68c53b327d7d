import { aptSettings, buildImage, debianWith } from "../debian-base.ts";

export const buildRedis = async (name: string): Promise<void> => {
  const dockerfile = `${await debianWith("redis-server")}
RUN mkdir -p /data && chmod 0777 /data
WORKDIR /data
CMD ["redis-server", "--protected-mode", "no"]
`;
  await buildImage(name, dockerfile, aptSettings);
};
