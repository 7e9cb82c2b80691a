export const seconds = (millis: number): string => `${(millis / 1000).toFixed(2)} s`

export const megabytes = (bytes: number): string => `${Math.round(bytes / 1_000_000).toLocaleString("en-US")} MB`
