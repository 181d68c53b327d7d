/** The Auspice client's files, as answers that any HTTP server can send. */
export interface AuspiceClient {
  /** The page that loads Auspice; served under many addresses, never cached (AUS-1). */
  readonly entrypoint: string;
  /**
   * The Content-Security-Policy that this page needs; without form-action, as it has no form. `images`: further
   * sources of images, as `img-src` has them.
   */
  contentSecurityPolicy(images: readonly string[]): string;
  /** Answers a request below `/dist/` or for `/favicon.png`. */
  answer(request: AssetRequest): Promise<AssetAnswer>;
  /** Reads all files into memory, so that an upgrade may replace them under a running server. */
  preload(): Promise<void>;
}

export interface AssetRequest {
  readonly method: string;
  readonly path: string;
  readonly ifNoneMatch?: string | undefined;
  /** Whether the client accepts this coding (RFC 9110 section 12.5.3). */
  accepts(coding: Coding): boolean;
}

export interface AssetAnswer {
  readonly status: 200 | 304 | 404 | 405;
  readonly headers: Readonly<Record<string, string>>;
  /** Absent for HEAD too. */
  readonly body?: Uint8Array;
}

export type Coding = "br" | "gzip";
