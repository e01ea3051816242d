// The same for what speaks gRPC.
#pragma once

#include "jixiao/archiving/v1/archiving_service.grpc.pb.h"
#include "jixiao/archiving/v1/inspection_service.grpc.pb.h"
#include "jixiao/archiving/v1/log_service.grpc.pb.h"
#include "jixiao/archiving/v1/record_search_service.grpc.pb.h"
#include "jixiao/archiving/v1/retention_service.grpc.pb.h"
#include "jixiao/intake/v1/campaign.grpc.pb.h"
#include "jixiao/intake/v1/intake_service.grpc.pb.h"
#include "jixiao/intake/v1/review.grpc.pb.h"
#include "jixiao/operation/v1/operation_service.grpc.pb.h"
#include "jixiao/scoring/v1/scoring_service.grpc.pb.h"

#include <grpcpp/grpcpp.h>

#include "precompiled.h"
