// Node-API with what the package node-api-headers leaves out because Node still calls it experimental.
// The build defines NAPI_VERSION as NAPI_VERSION_EXPERIMENTAL: only then do finalizers run inside the collection itself, which
// is what keeps memory flat in a synchronous loop.
#pragma once

#include <node_api.h>

#ifndef NODE_API_EXPERIMENTAL_HAS_POST_FINALIZER
extern "C" NAPI_EXTERN napi_status NAPI_CDECL
node_api_post_finalizer(node_api_basic_env env, napi_finalize finalize, void* data, void* hint);
#endif
