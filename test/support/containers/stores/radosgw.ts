import { startContainer } from "../container.ts";
import { freePort } from "../free-port.ts";
import type { StartedStore } from "./s3-service.ts";
import { respondsOk, testCredentials, withBucket } from "./s3-service.ts";

interface Ports {
  readonly gateway: number;
  readonly monitor: number;
}

/** A cluster of one monitor and one OSD, with objects in memory and without authentication of its daemons. */
const configuration = ({ gateway, monitor }: Ports) => `[global]
mon host = [v1:127.0.0.1:${monitor}]
public addr = 127.0.0.1
cluster addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
osd objectstore = memstore
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 1
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon data avail crit = 1
rgw rados pool pg num min = 1
rgw frontends = beast endpoint=127.0.0.1:${gateway}
log to stderr = true
log file =
`;

/** An OSD that starts before the monitor has the cluster's fsid exits ("wrong fsid"), and is restarted. */
const start = ({ monitor }: Ports) => `set -eu
fsid=$(cat /proc/sys/kernel/random/uuid)
osd=$(cat /proc/sys/kernel/random/uuid)
sed "s/^\\[global\\]$/&\\nfsid = $fsid/" /ceph-of-the-tests.conf > /etc/ceph/ceph.conf
mkdir -p /var/lib/ceph/mon/ceph-a /var/lib/ceph/osd/ceph-0
monmaptool --create --fsid "$fsid" --addv a "[v1:127.0.0.1:${monitor}]" /tmp/monmap
ceph-mon --mkfs -i a --monmap /tmp/monmap
ceph-mon -i a
ceph osd new "$osd" 0
ceph-osd --mkfs -i 0 --osd-uuid "$osd"
while ! ceph-osd -f -i 0; do sleep 1; done &
radosgw-admin user create --uid tests --display-name tests \\
  --access-key ${testCredentials.accessKeyId} --secret-key ${testCredentials.secretAccessKey}
exec radosgw -f -n client.rgw
`;

/** Starts the Ceph Object Gateway with a cluster of its own and an empty bucket. */
export const startRadosgw = async (): Promise<StartedStore> => {
  const ports = { gateway: await freePort(), monitor: await freePort() };
  const endpoint = `http://127.0.0.1:${ports.gateway}`;
  const container = await startContainer({
    image: "radosgw",
    entrypoint: ["sh"],
    command: ["/start-of-the-tests.sh"],
    files: [
      { path: "/ceph-of-the-tests.conf", content: configuration(ports) },
      { path: "/start-of-the-tests.sh", content: start(ports) },
    ],
    healthCheck: () => respondsOk(endpoint),
  });
  return withBucket(container, endpoint);
};
