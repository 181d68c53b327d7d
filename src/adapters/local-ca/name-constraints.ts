/** Encodes a value in DER whose length fits in one byte (X.690 section 8.1.3.4). */
const der = (tag: number, ...content: Uint8Array[]): Uint8Array => {
  const body = Buffer.concat(content);
  if (body.length > 127) throw new RangeError("too long for a one-byte length");
  return Buffer.concat([Buffer.from([tag, body.length]), body]);
};

const sequence = 0x30;
const permittedSubtrees = 0xa0;
const dnsName = 0x82;
const ipAddress = 0x87;

const subtree = (tag: number, name: Uint8Array): Uint8Array => der(sequence, der(tag, name));

/** Permits this machine's loopback names only (RFC 5280 section 4.2.1.10); @peculiar/x509 has no class for it. */
export const nameConstraints = {
  oid: "2.5.29.30",
  value: der(
    sequence,
    der(
      permittedSubtrees,
      subtree(dnsName, Buffer.from("localhost", "ascii")),
      subtree(ipAddress, Buffer.from([127, 0, 0, 1, 255, 255, 255, 255])),
      subtree(ipAddress, Buffer.from([...new Array(15).fill(0), 1, ...new Array(16).fill(255)])),
    ),
  ),
};
