import grpc, json, os, sys
from google.protobuf.json_format import ParseDict, MessageToJson
from jixiao.scoring.v1 import scoring_service_pb2 as pb, scoring_service_pb2_grpc as rpc

with open(sys.argv[1], encoding="utf-8") as file:
    request = ParseDict({"form": json.load(file)}, pb.ScoreRequest())
with grpc.insecure_channel(os.environ.get("JIXIAO_SCORING", "127.0.0.1:7302")) as channel:
    scorecard = rpc.ScoringServiceStub(channel).Score(request, timeout=5).scorecard
print(MessageToJson(scorecard, preserving_proto_field_name=True, ensure_ascii=False))
