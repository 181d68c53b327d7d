/** Somebody whom the stub knows. */
export interface Person {
  readonly sub: string;
  readonly username: string;
  readonly groups: readonly string[];
}
