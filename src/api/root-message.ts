/** The deepest message of an error's chain: "connect ECONNREFUSED …" rather than "Transport error". */
export const rootMessage = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return rootMessage(error.cause)
  if (error instanceof AggregateError) return error.errors.map(rootMessage).join(", ")
  return tlsSentence(error.message) ?? error.message
}

/** OpenSSL names its source files; a person needs the reason alone. */
const tlsSentence = (message: string): string | null => {
  const reason = /:error:[0-9A-F]+:SSL routines:[^:]*:([^:]+):/.exec(message)?.[1]
  if (reason === undefined) return null
  const hint = reason === "wrong version number" ? "; does the server speak https at this port?" : ""
  return `TLS: ${reason}${hint}`
}
