import { aptSettings, buildImage, debianWith } from "./debian-base.ts";

export const buildExim = async (name: string): Promise<void> => {
  const dockerfile = `${await debianWith("exim4-daemon-light")}
CMD ["exim4", "-bdf"]
`;
  await buildImage(name, dockerfile, aptSettings);
};
