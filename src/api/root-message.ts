/** The deepest message of an error's chain: "connect ECONNREFUSED …" rather than "Transport error". */
export const rootMessage = (error: unknown): string => {
  if (!(error instanceof Error)) return String(error)
  if (error.cause !== undefined) return rootMessage(error.cause)
  if (error instanceof AggregateError) return error.errors.map(rootMessage).join(", ")
  return error.message
}
