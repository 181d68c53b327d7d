import { webcrypto } from "node:crypto";

/** PEM texts of a certificate for 127.0.0.1 and localhost, its key, and the CA that signed it. */
export interface Certificates {
  readonly ca: string;
  readonly certificate: string;
  readonly key: string;
}

const algorithm = { name: "ECDSA", namedCurve: "P-256", hash: "SHA-256" };

const dayMs = 86_400_000;
const validity = () => ({
  notBefore: new Date(Date.now() - dayMs),
  notAfter: new Date(Date.now() + 30 * dayMs),
});

const newKeys = () => webcrypto.subtle.generateKey(algorithm, true, ["sign", "verify"]);

const pemOf = async (key: webcrypto.CryptoKey): Promise<string> => {
  const text = Buffer.from(await webcrypto.subtle.exportKey("pkcs8", key)).toString("base64");
  return `-----BEGIN PRIVATE KEY-----\n${text.match(/.{1,64}/g)?.join("\n")}\n-----END PRIVATE KEY-----\n`;
};

/** The library uses tsyringe, which requires these two functions of reflect-metadata, but not their results. */
const loadX509 = () => {
  const reflect: Partial<Record<"getMetadata" | "getOwnMetadata", () => undefined>> & object = Reflect;
  reflect.getMetadata ??= () => undefined;
  reflect.getOwnMetadata ??= () => undefined;
  return import("@peculiar/x509");
};

/**
 * Issues a server certificate of a new private CA.
 *
 * @param names Host names beside 127.0.0.1 and localhost.
 */
export const makeCertificates = async (names: readonly string[] = []): Promise<Certificates> => {
  const x509 = await loadX509();
  const [caKeys, keys] = await Promise.all([newKeys(), newKeys()]);
  const ca = await x509.X509CertificateGenerator.createSelfSigned({
    name: "CN=Private CA of the tests",
    keys: caKeys,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
    ],
  });
  const certificate = await x509.X509CertificateGenerator.create({
    subject: "CN=localhost",
    issuer: ca.subject,
    publicKey: keys.publicKey,
    signingKey: caKeys.privateKey,
    signingAlgorithm: algorithm,
    ...validity(),
    extensions: [
      new x509.SubjectAlternativeNameExtension([
        { type: "dns", value: "localhost" },
        { type: "ip", value: "127.0.0.1" },
        ...names.map((value) => ({ type: "dns" as const, value })),
      ]),
      await x509.AuthorityKeyIdentifierExtension.create(ca),
    ],
  });
  return {
    ca: ca.toString("pem"),
    certificate: certificate.toString("pem"),
    key: await pemOf(keys.privateKey),
  };
};
