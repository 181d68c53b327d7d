import { aptSettings, buildImage, debianWith } from "../debian-base.ts";

/**
 * Debian's package with its sample database, whose administrator is `admin` with the password `password`. Its web
 * server follows no symbolic links, of which the package's pages have many, one of them to a folder instead of a file.
 */
export const buildGlewlwyd = async (name: string): Promise<void> => {
  const dockerfile = `${await debianWith("glewlwyd", "dbconfig-sqlite3", "sqlite3")}
RUN mkdir -p /var/cache/glewlwyd \\
  && zcat /usr/share/doc/glewlwyd/database/init.sqlite3.sql.gz | sqlite3 /var/cache/glewlwyd/glewlwyd.db \\
  && cp -rL /usr/share/glewlwyd/webapp /srv/webapp && rm -r /usr/share/glewlwyd/webapp /srv/webapp/config.json \\
  && cp /etc/glewlwyd/config-2.7.json/config.json /srv/webapp && mv /srv/webapp /usr/share/glewlwyd/webapp
CMD ["glewlwyd", "--config-file=/etc/glewlwyd/glewlwyd.conf"]
`;
  await buildImage(name, dockerfile, aptSettings);
};
