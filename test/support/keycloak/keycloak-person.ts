/** An account in Keycloak that is complete, so that no form asks for more. */
export const keycloakPerson = (username: string, password: string, more: object = {}) => ({
  username,
  enabled: true,
  email: `${username}@lab.example`,
  firstName: username,
  lastName: "Lab",
  realmRoles: ["offline_access"],
  credentials: [{ type: "password", value: password, temporary: false }],
  ...more,
});
