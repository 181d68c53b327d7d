import { aptSettings, buildImage, debianWith } from "../debian-base.ts";

/** Debian's Ceph: a monitor, an OSD, and the Object Gateway for S3. */
export const buildRadosgw = async (name: string): Promise<void> =>
  buildImage(name, await debianWith("ceph-mon", "ceph-osd", "radosgw"), aptSettings);
