import { KeyObject, randomBytes, webcrypto } from "node:crypto";
import type { Seconds } from "../../domain/brand.ts";
import { nameConstraints } from "./name-constraints.ts";

export interface IssuedCertificates {
  /** PEM. */
  readonly ca: string;
  readonly server: string;
  /** PKCS #8, PEM. */
  readonly serverKey: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

/** Apple's limit for certificates is 825 days, also below private CAs. */
export const lifetime: Seconds = 730 * 24 * 3600;

/** Clocks of browsers in virtual machines lag behind. */
const backdating: Seconds = 3600;

const newKeys = (): Promise<webcrypto.CryptoKeyPair> =>
  webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

/** Positive and of at most 20 octets (RFC 5280 section 4.1.2.2). */
const serialNumber = (): string => `01${randomBytes(15).toString("hex")}`;

/**
 * Makes a CA that can vouch for this machine's loopback names only, and one certificate under it. The CA's
 * private key lives no longer than this call, so that nobody who reads the folder can sign anything with it.
 */
export const issueCertificates = async (now: Seconds): Promise<IssuedCertificates> => {
  // The library registers its parts with tsyringe, which wants these two functions and can do without answers.
  const reflect: Partial<Record<"getMetadata" | "getOwnMetadata", () => undefined>> & object = Reflect;
  reflect.getMetadata ??= () => undefined;
  reflect.getOwnMetadata ??= () => undefined;
  const x509 = await import("@peculiar/x509");
  const [caKeys, serverKeys] = await Promise.all([newKeys(), newKeys()]);
  const validity = {
    notBefore: new Date((now - backdating) * 1000),
    notAfter: new Date((now + lifetime) * 1000),
    signingAlgorithm: algorithm,
  };
  // The end of the name tells authorities apart that were made on one machine, in a list of trusted ones.
  const caSerial = serialNumber();
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
    serialNumber: serialNumber(),
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
