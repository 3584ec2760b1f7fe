// Linear algebra: torch.linalg.
export * from './generated/linalg'
export { LinAlgError } from './_errors'
