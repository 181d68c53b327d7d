import { aptSettings, buildImage, debianWith } from "./debian-base.ts";

const database = "/var/cache/glewlwyd/glewlwyd.db";

/** Debian's package with its sample database, whose administrator is `admin` with the password `password`. */
export const buildGlewlwyd = async (name: string): Promise<void> => {
  const dockerfile = `${await debianWith("glewlwyd", "dbconfig-sqlite3", "sqlite3")}
RUN mkdir -p /var/cache/glewlwyd \\
  && zcat /usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz | sqlite3 ${database}
CMD ["glewlwyd", "--config-file=/etc/glewlwyd/glewlwyd.conf"]
`;
  await buildImage(name, dockerfile, aptSettings);
};
