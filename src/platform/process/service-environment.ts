/** What is a secret by its name. */
const SECRET: readonly RegExp[] = [
  /(^|[_-])(TOKEN|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS)$/i,
  /(^|_)(ACCESS|API|PRIVATE|SECRET|SIGNING|ENCRYPTION)_KEY$/i,
  /_AUTHTOKEN$|:_(auth|password)/i,
]

/** Of an address with a password in it, whatever its variable is called: `HTTPS_PROXY`, `DATABASE_URL`. */
const USER_AND_PASSWORD = /^[a-z][a-z0-9+.-]*:\/\/([^\s/?#]*):([^\s/?#]*)@/i

/** The values that must not be seen in anything that goes out. Pure. */
export function secretsIn(environment: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    if (value === undefined) return []
    return isSecretName(name) ? [value] : passwordsIn(value)
  })
}

/** Whether what has this name is a secret: a variable of the environment, or a header with `-` for `_`. */
export function isSecretName(name: string): boolean {
  return SECRET.some((pattern) => pattern.test(name))
}

/** The password of an address as it stands there, as it is meant, and with its user, as a header has them in base64. */
function passwordsIn(value: string): readonly string[] {
  const [, user = '', password = ''] = USER_AND_PASSWORD.exec(value) ?? []
  if (password === '') return []
  return [password, plain(password), `${plain(user)}:${plain(password)}`]
}

function plain(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/**
 * What a service must not inherit. The preview is the pull request's own code: with these it could speak as the workflow,
 * write the runner's outputs and later steps' environment, or change how our own helpers run. Whatever a service really
 * needs of them is handed over by name in the suite: `env: {STRIPE_API_KEY: ${STRIPE_API_KEY}}`.
 */
const WITHHELD: readonly RegExp[] = [
  // The action's inputs and saved state, among them the token that it was given.
  /^(INPUT|STATE)_/,
  // The runner's services: caches, artifacts, OpenID Connect.
  /^ACTIONS_/,
  // Files that the runner reads after the step.
  /^GITHUB_(OUTPUT|ENV|PATH|STATE|STEP_SUMMARY|EVENT_PATH)$/,
  /^SEAWORTHY_/,
  // Would be obeyed by every Node process, our own helpers too.
  /^NODE_OPTIONS$/,
  /^SSH_AUTH_SOCK$/,
  ...SECRET,
]

/** The caller's environment without what a service must not have; undefined members are left out. Pure. */
export function serviceEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
): Readonly<Record<string, string>> {
  const kept = Object.entries(environment).filter(
    ([name, value]) => value !== undefined && !WITHHELD.some((pattern) => pattern.test(name)),
  )
  return Object.fromEntries(kept) as Record<string, string>
}
