import { KeyObject, randomBytes, webcrypto } from "node:crypto";
import type { Seconds } from "../../domain/brand.ts";
import { nameConstraints } from "./name-constraints.ts";

export interface IssuedCertificates {
  /** PEM. */
  readonly ca: string;
  /** PEM. */
  readonly server: string;
  /** PKCS #8, PEM. */
  readonly serverKey: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Apple rejects certificates that are valid for more than 825 days, also from private CAs. */
const lifetime: Seconds = 730 * 24 * 3600;

/** For browsers in virtual machines, whose clocks may be slow. */
const backdating: Seconds = 3600;

const generateKeyPair = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

/** A positive number of at most 20 octets (RFC 5280 section 4.1.2.2). */
const newSerialNumber = (): string => `01${randomBytes(15).toString("hex")}`;

/**
 * Creates a CA that can issue certificates for this machine's loopback names only, and one certificate of it. The
 * CA's private key is not stored, so that nobody who can read the folder can sign with it.
 */
export const issueCertificates = async (now: Seconds): Promise<IssuedCertificates> => {
  // The library uses tsyringe, which needs these two functions of reflect-metadata; they may return nothing.
  const reflect: Partial<Record<"getMetadata" | "getOwnMetadata", () => undefined>> & object = Reflect;
  reflect.getMetadata ??= () => undefined;
  reflect.getOwnMetadata ??= () => undefined;
  const x509 = await import("@peculiar/x509");
  const [caKeys, serverKeys] = await Promise.all([generateKeyPair(), generateKeyPair()]);
  const validity = {
    notBefore: new Date((now - backdating) * 1000),
    notAfter: new Date((now + lifetime) * 1000),
    signingAlgorithm: algorithm,
  };
  // The suffix distinguishes several CAs of one machine in a list of trusted CAs.
  const caSerial = newSerialNumber();
  const name = `CN=Nextstrain Groups Server on this machine ${caSerial.slice(2, 10)}`;
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    ...validity,
    serialNumber: caSerial,
    name,
    keys: caKeys,
    extensions: [
      new x509.BasicConstraintsExtension(true, 0, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
      new x509.Extension(nameConstraints.oid, true, Uint8Array.from(nameConstraints.value)),
      await x509.SubjectKeyIdentifierExtension.create(caKeys.publicKey),
    ],
  });
  const server = await x509.X509CertificateGenerator.create({
    ...validity,
    serialNumber: newSerialNumber(),
    subject: "CN=localhost",
    issuer: ca.subject,
    publicKey: serverKeys.publicKey,
    signingKey: caKeys.privateKey,
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
        { type: "ip", value: "::1" },
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(ca.publicKey),
      await x509.SubjectKeyIdentifierExtension.create(serverKeys.publicKey),
    ],
  });
  return {
    ca: `${ca.toString("pem")}\n`,
    server: `${server.toString("pem")}\n`,
    serverKey: KeyObject.from(serverKeys.privateKey).export({ type: "pkcs8", format: "pem" }).toString(),
  };
};
