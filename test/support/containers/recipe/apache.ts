import { aptSettings, buildImage, debianWith } from "./debian-base.ts";

/** Debian's Apache, with the program and modules also at the paths of the official image. */
export const buildApache = async (name: string): Promise<void> => {
  const dockerfile = `${await debianWith("apache2")}
RUN mkdir -p /usr/local/apache2/bin /usr/local/apache2/conf /usr/local/apache2/logs \\
  && ln -s /usr/sbin/apache2 /usr/local/apache2/bin/httpd \\
  && ln -s /usr/lib/apache2/modules /usr/local/apache2/modules
ENV PATH=/usr/local/apache2/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
WORKDIR /usr/local/apache2
STOPSIGNAL SIGWINCH
CMD ["httpd", "-D", "FOREGROUND"]
`;
  await buildImage(name, dockerfile, aptSettings);
};
