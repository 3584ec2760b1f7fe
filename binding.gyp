# The addon is described in CMakeLists.txt; this only lets node-gyp and prebuildify ask for it: one action runs cmake-js and
# copies torch_ts.node to build/Release, where both of them look.
{
  "targets": [
    {
      "target_name": "torch_ts",
      "type": "none",
      "actions": [
        {
          "action_name": "cmake_js",
          "inputs": ["<(module_root_dir)/package.json"],
          "outputs": ["<(PRODUCT_DIR)/torch_ts.node"],
          "action": ["node", "<(module_root_dir)/scripts/build.mjs", "--gyp", "<(PRODUCT_DIR)"]
        }
      ]
    }
  ]
}
