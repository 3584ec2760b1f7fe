// `npx torch-ts env`.
export function print_environment() { return 1 }
