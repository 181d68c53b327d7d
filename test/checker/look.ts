import type { Asked, Instance } from "./instance.ts";
import type { Login } from "./login.ts";
import type { Answer, Observation } from "./model/judgement.ts";

export const json = { Accept: "application/json" };
const privateThing = "/groups/test-private/settings/roles";

/** Asks an instance for something in somebody's session. */
export const look = async (
  login: Login,
  instance: Instance,
  of: Exclude<Answer["of"], "nothing">,
): Promise<Observation> => {
  const from = Date.now();
  const headers = { ...json, Cookie: login.cookie };
  const answer = await instance.ask(of === "private" ? privateThing : "/whoami", headers).then(
    (asked) => (of === "private" ? privateAnswer(asked) : whoamiAnswer(asked)),
    (error: unknown): Answer => ({ of: "nothing", why: String(error) }),
  );
  return { login, instance: instance.number, from, to: Date.now(), answer };
};

const retryAfter = ({ headers }: Asked): boolean => headers["retry-after"] !== undefined;

const privateAnswer = (asked: Asked): Answer => ({
  of: "private",
  status: asked.status,
  retryAfter: retryAfter(asked),
});

const whoamiAnswer = (asked: Asked): Answer => {
  const common = { of: "whoami", status: asked.status, retryAfter: retryAfter(asked) } as const;
  if (asked.status !== 200) return { ...common, user: undefined };
  const { user } = JSON.parse(asked.text) as {
    user: { username: string; authzRoles: readonly string[] } | null;
  };
  if (!user) return { ...common, user };
  const isViewer = user.authzRoles.includes("test-private/viewers");
  return { ...common, user: { username: user.username, isViewer } };
};
