import { aptSettings, buildImage, debianWith } from "../debian-base.ts";

export const buildOpenldap = async (name: string): Promise<void> => {
  const dockerfile = `${await debianWith("slapd", "ldap-utils")}
CMD ["slapd", "-d", "0"]
`;
  await buildImage(name, dockerfile, aptSettings);
};
