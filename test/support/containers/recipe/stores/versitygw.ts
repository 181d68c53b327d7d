import { copyFile } from "node:fs/promises";
import { join } from "node:path";
import { buildImage } from "../debian-base.ts";
import { withGoProgram } from "../go.ts";

const program = {
  package: "github.com/versity/versitygw/cmd/versitygw",
  modules: ["github.com/versity/versitygw/cmd/versitygw@v1.8.0"],
};

/** It stores objects below /data, and needs a folder for temporary files. */
const dockerfile = `FROM scratch
COPY versitygw /usr/local/bin/versitygw
ENV PATH=/usr/local/bin
WORKDIR /tmp
WORKDIR /data
ENTRYPOINT ["versitygw"]
`;

export const buildVersitygw = (name: string): Promise<void> =>
  withGoProgram(program, (binary) =>
    buildImage(name, dockerfile, (into) => copyFile(binary, join(into, "versitygw"))),
  );
