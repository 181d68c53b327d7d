import { beforeEach, describe, expect, it } from "vitest";
import type { Harness } from "./harness.ts";

export const logoutContract = (current: () => Harness): void => {
  describe("logout", () => {
    let harness: Harness;
    beforeEach(() => {
      harness = current();
    });

    it("has the parameters of Cognito and of the standard, and the query of the endpoint", async () => {
      const url = new URL(
        String(await harness.provider.endSessionUrl("https://lab.example/", "an.id.token")),
      );
      expect(url.origin + url.pathname).toBe(`${harness.stub.issuer}/logout`);
      expect(Object.fromEntries(url.searchParams)).toEqual({
        realm: "lab",
        client_id: "app-client",
        logout_uri: "https://lab.example/",
        post_logout_redirect_uri: "https://lab.example/",
        id_token_hint: "an.id.token",
      });
    });

    it("has no hint without an id token, or with one that is too long for a URL", async () => {
      for (const token of [undefined, "x".repeat(5000)]) {
        const url = new URL(String(await harness.provider.endSessionUrl("https://lab.example/", token)));
        expect(url.searchParams.has("id_token_hint")).toBe(false);
      }
    });
  });
};
