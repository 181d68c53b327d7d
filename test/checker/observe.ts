import { keptPath } from "./group-record.ts";
import type { Instance, InstanceResponse } from "./instance.ts";
import type { Login } from "./login.ts";
import type { Observation, SessionResponse } from "./model/check-response.ts";

export const json = { Accept: "application/json" };
const paths = { private: "/groups/test-private/settings/roles", kept: keptPath, whoami: "/whoami" };

/** Sends an instance a request in a session. */
export const observeSession = async (
  login: Login,
  instance: Instance,
  of: Exclude<SessionResponse["of"], "nothing">,
): Promise<Observation> => {
  const from = Date.now();
  const headers = { ...json, Cookie: login.cookie };
  const answer = await instance.request(paths[of], headers).then(
    (response) => (of === "whoami" ? whoamiAnswer(response) : statusAnswer(of, response)),
    (error: unknown): SessionResponse => ({ of: "nothing", why: String(error) }),
  );
  return { login, instance: instance.number, from, to: Date.now(), answer };
};

const hasRetryAfter = ({ headers }: InstanceResponse): boolean => headers["retry-after"] !== undefined;

const statusAnswer = (of: "private" | "kept", response: InstanceResponse): SessionResponse => ({
  of,
  status: response.status,
  retryAfter: hasRetryAfter(response),
});

const whoamiAnswer = (response: InstanceResponse): SessionResponse => {
  const common = { of: "whoami", status: response.status, retryAfter: hasRetryAfter(response) } as const;
  if (response.status !== 200) return { ...common, user: undefined };
  const { user } = JSON.parse(response.text) as {
    user: { username: string; authzRoles: readonly string[] } | null;
  };
  if (!user) return { ...common, user };
  const isViewer = user.authzRoles.includes("test-private/viewers");
  return { ...common, user: { username: user.username, isViewer } };
};
