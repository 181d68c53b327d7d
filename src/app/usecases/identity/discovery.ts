import { metadataAtOrigin } from "../../../domain/identity/provider-metadata.ts";
import type { ClaimNames } from "../../../domain/identity/user.ts";
import type { IdentityProvider } from "../../../ports/driven/identity/identity-provider.ts";
import type { Discovery } from "../../../ports/driving/discovery.ts";

interface Deps {
  readonly identityProvider: IdentityProvider;
  readonly cliClientId: string;
  readonly cliRedirectUris: readonly string[];
  readonly claimNames: ClaimNames;
  readonly providerOrigin: string | undefined;
}

export const discovery =
  (d: Deps): Discovery =>
  async (origin) => {
    const metadata = await d.identityProvider.metadata();
    return {
      ...(d.providerOrigin === undefined ? metadata : metadataAtOrigin(metadata, d.providerOrigin, origin)),
      nextstrain_cli_client_configuration: {
        client_id: d.cliClientId,
        application_type: "native",
        response_types: ["code"],
        grant_types: ["authorization_code"],
        redirect_uris: d.cliRedirectUris,
        id_token_username_claim: d.claimNames.username,
        // The CLI needs the key, and finds no groups under null.
        id_token_groups_claim: d.claimNames.groups ?? null,
        aws_cognito_user_pool_id: null,
      },
    };
  };
