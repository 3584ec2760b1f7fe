// Pre-trained weights by enum and member. Made by scripts/goldens/vision_weights.py from torchvision; do not edit.

export const BASE_URL = 'https://download.pytorch.org/models/'
const SWAG = 'https://github.com/facebookresearch/SWAG/blob/main/LICENSE'

export const WEIGHTS = {
  AlexNet_Weights: {
    IMAGENET1K_V1: { file: 'alexnet-owt-7be5be79.pth', num_params: 61_100_840, min_size: [63, 63], acc1: 56.522, acc5: 79.066, ops: 0.714, size: 233.087, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ConvNeXt_Base_Weights: {
    IMAGENET1K_V1: { file: 'convnext_base-6075fbad.pth', num_params: 88_591_464, min_size: [32, 32], acc1: 84.062, acc5: 96.87, ops: 15.355, size: 338.064, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ConvNeXt_Large_Weights: {
    IMAGENET1K_V1: { file: 'convnext_large-ea097f82.pth', num_params: 197_767_336, min_size: [32, 32], acc1: 84.414, acc5: 96.976, ops: 34.361, size: 754.537, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ConvNeXt_Small_Weights: {
    IMAGENET1K_V1: { file: 'convnext_small-0c510722.pth', num_params: 50_223_688, min_size: [32, 32], acc1: 83.616, acc5: 96.65, ops: 8.684, size: 191.703, crop_size: 224, resize_size: 230 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ConvNeXt_Tiny_Weights: {
    IMAGENET1K_V1: { file: 'convnext_tiny-983f1562.pth', num_params: 28_589_128, min_size: [32, 32], acc1: 82.52, acc5: 96.146, ops: 4.456, size: 109.119, crop_size: 224, resize_size: 236 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  DenseNet121_Weights: {
    IMAGENET1K_V1: { file: 'densenet121-a639ec97.pth', num_params: 7_978_856, min_size: [29, 29], acc1: 74.434, acc5: 91.972, ops: 2.834, size: 30.845, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  DenseNet161_Weights: {
    IMAGENET1K_V1: { file: 'densenet161-8d451a50.pth', num_params: 28_681_000, min_size: [29, 29], acc1: 77.138, acc5: 93.56, ops: 7.728, size: 110.369, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  DenseNet169_Weights: {
    IMAGENET1K_V1: { file: 'densenet169-b2777c0a.pth', num_params: 14_149_480, min_size: [29, 29], acc1: 75.6, acc5: 92.806, ops: 3.36, size: 54.708, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  DenseNet201_Weights: {
    IMAGENET1K_V1: { file: 'densenet201-c1103571.pth', num_params: 20_013_928, min_size: [29, 29], acc1: 76.896, acc5: 93.37, ops: 4.291, size: 77.373, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  EfficientNet_B0_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_b0_rwightman-7f5810bc.pth', num_params: 5_288_548, min_size: [1, 1], acc1: 77.692, acc5: 93.532, ops: 0.386, size: 20.451, crop_size: 224, resize_size: 256, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  EfficientNet_B1_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_b1_rwightman-bac287d4.pth', num_params: 7_794_184, min_size: [1, 1], acc1: 78.642, acc5: 94.186, ops: 0.687, size: 30.134, crop_size: 240, resize_size: 256, interpolation: 'bicubic' },
    IMAGENET1K_V2: { file: 'efficientnet_b1-c27df63c.pth', num_params: 7_794_184, min_size: [1, 1], acc1: 79.838, acc5: 94.934, ops: 0.687, size: 30.136, crop_size: 240, resize_size: 255, interpolation: 'bilinear' },
    DEFAULT: 'IMAGENET1K_V2',
  },
  EfficientNet_B2_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_b2_rwightman-c35c1473.pth', num_params: 9_109_994, min_size: [1, 1], acc1: 80.608, acc5: 95.31, ops: 1.088, size: 35.174, crop_size: 288, resize_size: 288, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  EfficientNet_B3_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_b3_rwightman-b3899882.pth', num_params: 12_233_232, min_size: [1, 1], acc1: 82.008, acc5: 96.054, ops: 1.827, size: 47.184, crop_size: 300, resize_size: 320, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  EfficientNet_B4_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_b4_rwightman-23ab8bcd.pth', num_params: 19_341_616, min_size: [1, 1], acc1: 83.384, acc5: 96.594, ops: 4.394, size: 74.489, crop_size: 380, resize_size: 384, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  EfficientNet_B5_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_b5_lukemelas-1a07897c.pth', num_params: 30_389_784, min_size: [1, 1], acc1: 83.444, acc5: 96.628, ops: 10.266, size: 116.864, crop_size: 456, resize_size: 456, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  EfficientNet_B6_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_b6_lukemelas-24a108a5.pth', num_params: 43_040_704, min_size: [1, 1], acc1: 84.008, acc5: 96.916, ops: 19.068, size: 165.362, crop_size: 528, resize_size: 528, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  EfficientNet_B7_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_b7_lukemelas-c5b4e57e.pth', num_params: 66_347_960, min_size: [1, 1], acc1: 84.122, acc5: 96.908, ops: 37.746, size: 254.675, crop_size: 600, resize_size: 600, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  EfficientNet_V2_L_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_v2_l-59c71312.pth', num_params: 118_515_272, min_size: [33, 33], acc1: 85.808, acc5: 97.788, ops: 56.08, size: 454.573, crop_size: 480, resize_size: 480, interpolation: 'bicubic', mean: [0.5, 0.5, 0.5], std: [1 / 2, 1 / 2, 1 / 2] },
    DEFAULT: 'IMAGENET1K_V1',
  },
  EfficientNet_V2_M_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_v2_m-dc08266a.pth', num_params: 54_139_356, min_size: [33, 33], acc1: 85.112, acc5: 97.156, ops: 24.582, size: 208.01, crop_size: 480, resize_size: 480, interpolation: 'bilinear' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  EfficientNet_V2_S_Weights: {
    IMAGENET1K_V1: { file: 'efficientnet_v2_s-dd5fe13b.pth', num_params: 21_458_488, min_size: [33, 33], acc1: 84.228, acc5: 96.878, ops: 8.366, size: 82.704, crop_size: 384, resize_size: 384, interpolation: 'bilinear' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  GoogLeNet_Weights: {
    IMAGENET1K_V1: { file: 'googlenet-1378be20.pth', num_params: 6_624_904, min_size: [15, 15], acc1: 69.778, acc5: 89.53, ops: 1.498, size: 49.731, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  Inception_V3_Weights: {
    IMAGENET1K_V1: { file: 'inception_v3_google-0cc3c7bd.pth', num_params: 27_161_264, min_size: [75, 75], acc1: 77.294, acc5: 93.45, ops: 5.713, size: 103.903, crop_size: 299, resize_size: 342 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  MaxVit_T_Weights: {
    IMAGENET1K_V1: { file: 'maxvit_t-bc5ab103.pth', num_params: 30_919_624, min_size: [224, 224], acc1: 83.7, acc5: 96.722, ops: 5.558, size: 118.769, crop_size: 224, resize_size: 224, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  MNASNet0_5_Weights: {
    IMAGENET1K_V1: { file: 'mnasnet0.5_top1_67.823-3ffadce67e.pth', num_params: 2_218_512, min_size: [1, 1], acc1: 67.734, acc5: 87.49, ops: 0.104, size: 8.591, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  MNASNet0_75_Weights: {
    IMAGENET1K_V1: { file: 'mnasnet0_75-7090bc5f.pth', num_params: 3_170_208, min_size: [1, 1], acc1: 71.18, acc5: 90.496, ops: 0.215, size: 12.303, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  MNASNet1_0_Weights: {
    IMAGENET1K_V1: { file: 'mnasnet1.0_top1_73.512-f206786ef8.pth', num_params: 4_383_312, min_size: [1, 1], acc1: 73.456, acc5: 91.51, ops: 0.314, size: 16.915, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  MNASNet1_3_Weights: {
    IMAGENET1K_V1: { file: 'mnasnet1_3-a4c69d6f.pth', num_params: 6_282_256, min_size: [1, 1], acc1: 76.506, acc5: 93.522, ops: 0.526, size: 24.246, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  MobileNet_V2_Weights: {
    IMAGENET1K_V1: { file: 'mobilenet_v2-b0353104.pth', num_params: 3_504_872, min_size: [1, 1], acc1: 71.878, acc5: 90.286, ops: 0.301, size: 13.555, crop_size: 224 },
    IMAGENET1K_V2: { file: 'mobilenet_v2-7ebf99e0.pth', num_params: 3_504_872, min_size: [1, 1], acc1: 72.154, acc5: 90.822, ops: 0.301, size: 13.598, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  MobileNet_V3_Large_Weights: {
    IMAGENET1K_V1: { file: 'mobilenet_v3_large-8738ca79.pth', num_params: 5_483_032, min_size: [1, 1], acc1: 74.042, acc5: 91.34, ops: 0.217, size: 21.114, crop_size: 224 },
    IMAGENET1K_V2: { file: 'mobilenet_v3_large-5c1a4163.pth', num_params: 5_483_032, min_size: [1, 1], acc1: 75.274, acc5: 92.566, ops: 0.217, size: 21.107, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  MobileNet_V3_Small_Weights: {
    IMAGENET1K_V1: { file: 'mobilenet_v3_small-047dcff4.pth', num_params: 2_542_856, min_size: [1, 1], acc1: 67.668, acc5: 87.402, ops: 0.057, size: 9.829, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  RegNet_X_16GF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_x_16gf-2007eb11.pth', num_params: 54_278_536, min_size: [1, 1], acc1: 80.058, acc5: 94.944, ops: 15.941, size: 207.627, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_x_16gf-ba3796d7.pth', num_params: 54_278_536, min_size: [1, 1], acc1: 82.716, acc5: 96.196, ops: 15.941, size: 207.627, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_X_1_6GF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_x_1_6gf-e3633e7f.pth', num_params: 9_190_136, min_size: [1, 1], acc1: 77.04, acc5: 93.44, ops: 1.603, size: 35.339, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_x_1_6gf-a12f2b72.pth', num_params: 9_190_136, min_size: [1, 1], acc1: 79.668, acc5: 94.922, ops: 1.603, size: 35.339, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_X_32GF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_x_32gf-9d47f8d0.pth', num_params: 107_811_560, min_size: [1, 1], acc1: 80.622, acc5: 95.248, ops: 31.736, size: 412.039, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_x_32gf-6eb8fdc6.pth', num_params: 107_811_560, min_size: [1, 1], acc1: 83.014, acc5: 96.288, ops: 31.736, size: 412.039, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_X_3_2GF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_x_3_2gf-f342aeae.pth', num_params: 15_296_552, min_size: [1, 1], acc1: 78.364, acc5: 93.992, ops: 3.177, size: 58.756, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_x_3_2gf-7071aa85.pth', num_params: 15_296_552, min_size: [1, 1], acc1: 81.196, acc5: 95.43, ops: 3.177, size: 58.756, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_X_400MF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_x_400mf-adf1edd5.pth', num_params: 5_495_976, min_size: [1, 1], acc1: 72.834, acc5: 90.95, ops: 0.414, size: 21.258, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_x_400mf-62229a5f.pth', num_params: 5_495_976, min_size: [1, 1], acc1: 74.864, acc5: 92.322, ops: 0.414, size: 21.257, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_X_800MF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_x_800mf-ad17e45c.pth', num_params: 7_259_656, min_size: [1, 1], acc1: 75.212, acc5: 92.348, ops: 0.8, size: 27.945, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_x_800mf-94a99ebd.pth', num_params: 7_259_656, min_size: [1, 1], acc1: 77.522, acc5: 93.826, ops: 0.8, size: 27.945, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_X_8GF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_x_8gf-03ceed89.pth', num_params: 39_572_648, min_size: [1, 1], acc1: 79.344, acc5: 94.686, ops: 7.995, size: 151.456, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_x_8gf-2b70d774.pth', num_params: 39_572_648, min_size: [1, 1], acc1: 81.682, acc5: 95.678, ops: 7.995, size: 151.456, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_Y_128GF_Weights: {
    IMAGENET1K_SWAG_E2E_V1: { file: 'regnet_y_128gf_swag-c8ce3e52.pth', num_params: 644_812_894, min_size: [1, 1], acc1: 88.228, acc5: 98.682, ops: 374.57, size: 2461.564, crop_size: 384, resize_size: 384, interpolation: 'bicubic', license: SWAG },
    IMAGENET1K_SWAG_LINEAR_V1: { file: 'regnet_y_128gf_lc_swag-cbe8ce12.pth', num_params: 644_812_894, min_size: [1, 1], acc1: 86.068, acc5: 97.844, ops: 127.518, size: 2461.564, crop_size: 224, resize_size: 224, interpolation: 'bicubic', license: SWAG },
    DEFAULT: 'IMAGENET1K_SWAG_E2E_V1',
  },
  RegNet_Y_16GF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_y_16gf-9e6ed7dd.pth', num_params: 83_590_140, min_size: [1, 1], acc1: 80.424, acc5: 95.24, ops: 15.912, size: 319.49, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_y_16gf-3e4a00f9.pth', num_params: 83_590_140, min_size: [1, 1], acc1: 82.886, acc5: 96.328, ops: 15.912, size: 319.49, crop_size: 224, resize_size: 232 },
    IMAGENET1K_SWAG_E2E_V1: { file: 'regnet_y_16gf_swag-43afe44d.pth', num_params: 83_590_140, min_size: [1, 1], acc1: 86.012, acc5: 98.054, ops: 46.735, size: 319.49, crop_size: 384, resize_size: 384, interpolation: 'bicubic', license: SWAG },
    IMAGENET1K_SWAG_LINEAR_V1: { file: 'regnet_y_16gf_lc_swag-f3ec0043.pth', num_params: 83_590_140, min_size: [1, 1], acc1: 83.976, acc5: 97.244, ops: 15.912, size: 319.49, crop_size: 224, resize_size: 224, interpolation: 'bicubic', license: SWAG },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_Y_1_6GF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_y_1_6gf-b11a554e.pth', num_params: 11_202_430, min_size: [1, 1], acc1: 77.95, acc5: 93.966, ops: 1.612, size: 43.152, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_y_1_6gf-0d7bc02a.pth', num_params: 11_202_430, min_size: [1, 1], acc1: 80.876, acc5: 95.444, ops: 1.612, size: 43.152, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_Y_32GF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_y_32gf-4dee3f7a.pth', num_params: 145_046_770, min_size: [1, 1], acc1: 80.878, acc5: 95.34, ops: 32.28, size: 554.076, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_y_32gf-8db6d4b5.pth', num_params: 145_046_770, min_size: [1, 1], acc1: 83.368, acc5: 96.498, ops: 32.28, size: 554.076, crop_size: 224, resize_size: 232 },
    IMAGENET1K_SWAG_E2E_V1: { file: 'regnet_y_32gf_swag-04fdfa75.pth', num_params: 145_046_770, min_size: [1, 1], acc1: 86.838, acc5: 98.362, ops: 94.826, size: 554.076, crop_size: 384, resize_size: 384, interpolation: 'bicubic', license: SWAG },
    IMAGENET1K_SWAG_LINEAR_V1: { file: 'regnet_y_32gf_lc_swag-e1583746.pth', num_params: 145_046_770, min_size: [1, 1], acc1: 84.622, acc5: 97.48, ops: 32.28, size: 554.076, crop_size: 224, resize_size: 224, interpolation: 'bicubic', license: SWAG },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_Y_3_2GF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_y_3_2gf-b5a9779c.pth', num_params: 19_436_338, min_size: [1, 1], acc1: 78.948, acc5: 94.576, ops: 3.176, size: 74.567, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_y_3_2gf-9180c971.pth', num_params: 19_436_338, min_size: [1, 1], acc1: 81.982, acc5: 95.972, ops: 3.176, size: 74.567, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_Y_400MF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_y_400mf-c65dace8.pth', num_params: 4_344_144, min_size: [1, 1], acc1: 74.046, acc5: 91.716, ops: 0.402, size: 16.806, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_y_400mf-e6988f5f.pth', num_params: 4_344_144, min_size: [1, 1], acc1: 75.804, acc5: 92.742, ops: 0.402, size: 16.806, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_Y_800MF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_y_800mf-1b27b58c.pth', num_params: 6_432_512, min_size: [1, 1], acc1: 76.42, acc5: 93.136, ops: 0.834, size: 24.774, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_y_800mf-58fc7688.pth', num_params: 6_432_512, min_size: [1, 1], acc1: 78.828, acc5: 94.502, ops: 0.834, size: 24.774, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  RegNet_Y_8GF_Weights: {
    IMAGENET1K_V1: { file: 'regnet_y_8gf-d0d0e4a8.pth', num_params: 39_381_472, min_size: [1, 1], acc1: 80.032, acc5: 95.048, ops: 8.473, size: 150.701, crop_size: 224 },
    IMAGENET1K_V2: { file: 'regnet_y_8gf-dc2b1b54.pth', num_params: 39_381_472, min_size: [1, 1], acc1: 82.828, acc5: 96.33, ops: 8.473, size: 150.701, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  ResNet101_Weights: {
    IMAGENET1K_V1: { file: 'resnet101-63fe2227.pth', num_params: 44_549_160, min_size: [1, 1], acc1: 77.374, acc5: 93.546, ops: 7.801, size: 170.511, crop_size: 224 },
    IMAGENET1K_V2: { file: 'resnet101-cd907fc2.pth', num_params: 44_549_160, min_size: [1, 1], acc1: 81.886, acc5: 95.78, ops: 7.801, size: 170.53, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  ResNet152_Weights: {
    IMAGENET1K_V1: { file: 'resnet152-394f9c45.pth', num_params: 60_192_808, min_size: [1, 1], acc1: 78.312, acc5: 94.046, ops: 11.514, size: 230.434, crop_size: 224 },
    IMAGENET1K_V2: { file: 'resnet152-f82ba261.pth', num_params: 60_192_808, min_size: [1, 1], acc1: 82.284, acc5: 96.002, ops: 11.514, size: 230.474, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  ResNet18_Weights: {
    IMAGENET1K_V1: { file: 'resnet18-f37072fd.pth', num_params: 11_689_512, min_size: [1, 1], acc1: 69.758, acc5: 89.078, ops: 1.814, size: 44.661, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ResNet34_Weights: {
    IMAGENET1K_V1: { file: 'resnet34-b627a593.pth', num_params: 21_797_672, min_size: [1, 1], acc1: 73.314, acc5: 91.42, ops: 3.664, size: 83.275, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ResNet50_Weights: {
    IMAGENET1K_V1: { file: 'resnet50-0676ba61.pth', num_params: 25_557_032, min_size: [1, 1], acc1: 76.13, acc5: 92.862, ops: 4.089, size: 97.781, crop_size: 224 },
    IMAGENET1K_V2: { file: 'resnet50-11ad3fa6.pth', num_params: 25_557_032, min_size: [1, 1], acc1: 80.858, acc5: 95.434, ops: 4.089, size: 97.79, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  ResNeXt101_32X8D_Weights: {
    IMAGENET1K_V1: { file: 'resnext101_32x8d-8ba56ff5.pth', num_params: 88_791_336, min_size: [1, 1], acc1: 79.312, acc5: 94.526, ops: 16.414, size: 339.586, crop_size: 224 },
    IMAGENET1K_V2: { file: 'resnext101_32x8d-110c445d.pth', num_params: 88_791_336, min_size: [1, 1], acc1: 82.834, acc5: 96.228, ops: 16.414, size: 339.673, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  ResNeXt101_64X4D_Weights: {
    IMAGENET1K_V1: { file: 'resnext101_64x4d-173b62eb.pth', num_params: 83_455_272, min_size: [1, 1], acc1: 83.246, acc5: 96.454, ops: 15.46, size: 319.318, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ResNeXt50_32X4D_Weights: {
    IMAGENET1K_V1: { file: 'resnext50_32x4d-7cdf4587.pth', num_params: 25_028_904, min_size: [1, 1], acc1: 77.618, acc5: 93.698, ops: 4.23, size: 95.789, crop_size: 224 },
    IMAGENET1K_V2: { file: 'resnext50_32x4d-1a0047aa.pth', num_params: 25_028_904, min_size: [1, 1], acc1: 81.198, acc5: 95.34, ops: 4.23, size: 95.833, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  ShuffleNet_V2_X0_5_Weights: {
    IMAGENET1K_V1: { file: 'shufflenetv2_x0.5-f707e7126e.pth', num_params: 1_366_792, min_size: [1, 1], acc1: 60.552, acc5: 81.746, ops: 0.04, size: 5.282, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ShuffleNet_V2_X1_0_Weights: {
    IMAGENET1K_V1: { file: 'shufflenetv2_x1-5666bf0f80.pth', num_params: 2_278_604, min_size: [1, 1], acc1: 69.362, acc5: 88.316, ops: 0.145, size: 8.791, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ShuffleNet_V2_X1_5_Weights: {
    IMAGENET1K_V1: { file: 'shufflenetv2_x1_5-3c479a10.pth', num_params: 3_503_624, min_size: [1, 1], acc1: 72.996, acc5: 91.086, ops: 0.296, size: 13.557, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ShuffleNet_V2_X2_0_Weights: {
    IMAGENET1K_V1: { file: 'shufflenetv2_x2_0-8be3c8ee.pth', num_params: 7_393_996, min_size: [1, 1], acc1: 76.23, acc5: 93.006, ops: 0.583, size: 28.433, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  SqueezeNet1_0_Weights: {
    IMAGENET1K_V1: { file: 'squeezenet1_0-b66bff10.pth', num_params: 1_248_424, min_size: [21, 21], acc1: 58.092, acc5: 80.42, ops: 0.819, size: 4.778, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  SqueezeNet1_1_Weights: {
    IMAGENET1K_V1: { file: 'squeezenet1_1-b8a52dc0.pth', num_params: 1_235_496, min_size: [17, 17], acc1: 58.178, acc5: 80.624, ops: 0.349, size: 4.729, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  Swin_B_Weights: {
    IMAGENET1K_V1: { file: 'swin_b-68c6b09e.pth', num_params: 87_768_224, min_size: [224, 224], acc1: 83.582, acc5: 96.64, ops: 15.431, size: 335.364, crop_size: 224, resize_size: 238, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  Swin_S_Weights: {
    IMAGENET1K_V1: { file: 'swin_s-5e29d889.pth', num_params: 49_606_258, min_size: [224, 224], acc1: 83.196, acc5: 96.36, ops: 8.741, size: 189.786, crop_size: 224, resize_size: 246, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  Swin_T_Weights: {
    IMAGENET1K_V1: { file: 'swin_t-704ceda3.pth', num_params: 28_288_354, min_size: [224, 224], acc1: 81.474, acc5: 95.776, ops: 4.491, size: 108.19, crop_size: 224, resize_size: 232, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  Swin_V2_B_Weights: {
    IMAGENET1K_V1: { file: 'swin_v2_b-781e5279.pth', num_params: 87_930_848, min_size: [256, 256], acc1: 84.112, acc5: 96.864, ops: 20.325, size: 336.372, crop_size: 256, resize_size: 272, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  Swin_V2_S_Weights: {
    IMAGENET1K_V1: { file: 'swin_v2_s-637d8ceb.pth', num_params: 49_737_442, min_size: [256, 256], acc1: 83.712, acc5: 96.816, ops: 11.546, size: 190.675, crop_size: 256, resize_size: 260, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  Swin_V2_T_Weights: {
    IMAGENET1K_V1: { file: 'swin_v2_t-b137f0e2.pth', num_params: 28_351_570, min_size: [256, 256], acc1: 82.072, acc5: 96.132, ops: 5.94, size: 108.626, crop_size: 256, resize_size: 260, interpolation: 'bicubic' },
    DEFAULT: 'IMAGENET1K_V1',
  },
  VGG11_Weights: {
    IMAGENET1K_V1: { file: 'vgg11-8a719046.pth', num_params: 132_863_336, min_size: [32, 32], acc1: 69.02, acc5: 88.628, ops: 7.609, size: 506.84, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  VGG11_BN_Weights: {
    IMAGENET1K_V1: { file: 'vgg11_bn-6002323d.pth', num_params: 132_868_840, min_size: [32, 32], acc1: 70.37, acc5: 89.81, ops: 7.609, size: 506.881, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  VGG13_Weights: {
    IMAGENET1K_V1: { file: 'vgg13-19584684.pth', num_params: 133_047_848, min_size: [32, 32], acc1: 69.928, acc5: 89.246, ops: 11.308, size: 507.545, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  VGG13_BN_Weights: {
    IMAGENET1K_V1: { file: 'vgg13_bn-abd245e5.pth', num_params: 133_053_736, min_size: [32, 32], acc1: 71.586, acc5: 90.374, ops: 11.308, size: 507.59, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  VGG16_Weights: {
    IMAGENET1K_V1: { file: 'vgg16-397923af.pth', num_params: 138_357_544, min_size: [32, 32], acc1: 71.592, acc5: 90.382, ops: 15.47, size: 527.796, crop_size: 224 },
    IMAGENET1K_FEATURES: { file: 'vgg16_features-amdegroot-88682ab5.pth', num_params: 138_357_544, min_size: [32, 32], acc1: null, acc5: null, ops: 15.47, size: 527.802, crop_size: 224, mean: [0.48235, 0.45882, 0.40784], std: [1 / 255, 1 / 255, 1 / 255], headless: true },
    DEFAULT: 'IMAGENET1K_V1',
  },
  VGG16_BN_Weights: {
    IMAGENET1K_V1: { file: 'vgg16_bn-6c64b313.pth', num_params: 138_365_992, min_size: [32, 32], acc1: 73.36, acc5: 91.516, ops: 15.47, size: 527.866, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  VGG19_Weights: {
    IMAGENET1K_V1: { file: 'vgg19-dcbb9e9d.pth', num_params: 143_667_240, min_size: [32, 32], acc1: 72.376, acc5: 90.876, ops: 19.632, size: 548.051, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  VGG19_BN_Weights: {
    IMAGENET1K_V1: { file: 'vgg19_bn-c79401a0.pth', num_params: 143_678_248, min_size: [32, 32], acc1: 74.218, acc5: 91.842, ops: 19.632, size: 548.143, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ViT_B_16_Weights: {
    IMAGENET1K_V1: { file: 'vit_b_16-c867db91.pth', num_params: 86_567_656, min_size: [224, 224], acc1: 81.072, acc5: 95.318, ops: 17.564, size: 330.285, crop_size: 224 },
    IMAGENET1K_SWAG_E2E_V1: { file: 'vit_b_16_swag-9ac1b537.pth', num_params: 86_859_496, min_size: [384, 384], acc1: 85.304, acc5: 97.65, ops: 55.484, size: 331.398, crop_size: 384, resize_size: 384, interpolation: 'bicubic', license: SWAG },
    IMAGENET1K_SWAG_LINEAR_V1: { file: 'vit_b_16_lc_swag-4e70ced5.pth', num_params: 86_567_656, min_size: [224, 224], acc1: 81.886, acc5: 96.18, ops: 17.564, size: 330.285, crop_size: 224, resize_size: 224, interpolation: 'bicubic', license: SWAG },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ViT_B_32_Weights: {
    IMAGENET1K_V1: { file: 'vit_b_32-d86f8d99.pth', num_params: 88_224_232, min_size: [224, 224], acc1: 75.912, acc5: 92.466, ops: 4.409, size: 336.604, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ViT_H_14_Weights: {
    IMAGENET1K_SWAG_E2E_V1: { file: 'vit_h_14_swag-80465313.pth', num_params: 633_470_440, min_size: [518, 518], acc1: 88.552, acc5: 98.694, ops: 1016.717, size: 2416.643, crop_size: 518, resize_size: 518, interpolation: 'bicubic', license: SWAG },
    IMAGENET1K_SWAG_LINEAR_V1: { file: 'vit_h_14_lc_swag-c1eb923e.pth', num_params: 632_045_800, min_size: [224, 224], acc1: 85.708, acc5: 97.73, ops: 167.295, size: 2411.209, crop_size: 224, resize_size: 224, interpolation: 'bicubic', license: SWAG },
    DEFAULT: 'IMAGENET1K_SWAG_E2E_V1',
  },
  ViT_L_16_Weights: {
    IMAGENET1K_V1: { file: 'vit_l_16-852ce7e3.pth', num_params: 304_326_632, min_size: [224, 224], acc1: 79.662, acc5: 94.638, ops: 61.555, size: 1161.023, crop_size: 224, resize_size: 242 },
    IMAGENET1K_SWAG_E2E_V1: { file: 'vit_l_16_swag-4f3808c9.pth', num_params: 305_174_504, min_size: [512, 512], acc1: 88.064, acc5: 98.512, ops: 361.986, size: 1164.258, crop_size: 512, resize_size: 512, interpolation: 'bicubic', license: SWAG },
    IMAGENET1K_SWAG_LINEAR_V1: { file: 'vit_l_16_lc_swag-4d563306.pth', num_params: 304_326_632, min_size: [224, 224], acc1: 85.146, acc5: 97.422, ops: 61.555, size: 1161.023, crop_size: 224, resize_size: 224, interpolation: 'bicubic', license: SWAG },
    DEFAULT: 'IMAGENET1K_V1',
  },
  ViT_L_32_Weights: {
    IMAGENET1K_V1: { file: 'vit_l_32-c7638314.pth', num_params: 306_535_400, min_size: [224, 224], acc1: 76.972, acc5: 93.07, ops: 15.378, size: 1169.449, crop_size: 224 },
    DEFAULT: 'IMAGENET1K_V1',
  },
  Wide_ResNet101_2_Weights: {
    IMAGENET1K_V1: { file: 'wide_resnet101_2-32ee1156.pth', num_params: 126_886_696, min_size: [1, 1], acc1: 78.848, acc5: 94.284, ops: 22.753, size: 242.896, crop_size: 224 },
    IMAGENET1K_V2: { file: 'wide_resnet101_2-d733dc28.pth', num_params: 126_886_696, min_size: [1, 1], acc1: 82.51, acc5: 96.02, ops: 22.753, size: 484.747, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
  Wide_ResNet50_2_Weights: {
    IMAGENET1K_V1: { file: 'wide_resnet50_2-95faca4d.pth', num_params: 68_883_240, min_size: [1, 1], acc1: 78.468, acc5: 94.086, ops: 11.398, size: 131.82, crop_size: 224 },
    IMAGENET1K_V2: { file: 'wide_resnet50_2-9ba9bcbe.pth', num_params: 68_883_240, min_size: [1, 1], acc1: 81.602, acc5: 95.758, ops: 11.398, size: 263.124, crop_size: 224, resize_size: 232 },
    DEFAULT: 'IMAGENET1K_V2',
  },
} as const
