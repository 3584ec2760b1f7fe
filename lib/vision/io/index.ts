// torchvision.io
export {
  ImageReadMode, decode_avif, decode_gif, decode_image, decode_jpeg, decode_png, decode_webp, encode_jpeg, encode_png, read_file, read_image,
  write_file, write_jpeg, write_png,
} from './image'
export type { ReadMode } from './image'
