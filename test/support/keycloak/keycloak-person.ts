/** A Keycloak account that is complete, so that no form asks for further details. */
export const keycloakPerson = (username: string, password: string, fields: object = {}) => ({
  username,
  enabled: true,
  email: `${username}@lab.example`,
  firstName: username,
  lastName: "Lab",
  realmRoles: ["offline_access"],
  credentials: [{ type: "password", value: password, temporary: false }],
  ...fields,
});
