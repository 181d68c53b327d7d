import { run } from "../../command.ts";
import { aptSettings, buildImage, debianWith } from "../debian-base.ts";

const artifact = "org.keycloak:keycloak-quarkus-dist:26.4.0:zip";

/**
 * Keycloak's distribution from Maven with a JRE, and with its build step done, so that it starts in seconds instead of
 * half a minute.
 */
export const buildKeycloak = async (name: string): Promise<void> => {
  const dockerfile = `${await debianWith("openjdk-17-jre-headless", "unzip")}
COPY keycloak.zip /tmp/keycloak.zip
RUN unzip -q /tmp/keycloak.zip -d /opt && mv /opt/keycloak-* /opt/keycloak && rm /tmp/keycloak.zip \\
  && /opt/keycloak/bin/kc.sh build --db=dev-file
ENTRYPOINT ["/opt/keycloak/bin/kc.sh"]
`;
  await buildImage(name, dockerfile, async (folder) => {
    await aptSettings(folder);
    const mvn = (...args: string[]) => run("mvn", ["-q", "-B", ...args], { seconds: 600 });
    await mvn("dependency:get", `-Dartifact=${artifact}`, "-Dtransitive=false");
    await mvn(
      "dependency:copy",
      `-Dartifact=${artifact}`,
      `-DoutputDirectory=${folder}`,
      "-Dmdep.stripVersion=true",
    );
    await run("mv", [`${folder}/keycloak-quarkus-dist.zip`, `${folder}/keycloak.zip`], { seconds: 20 });
  });
};
