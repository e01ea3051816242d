#!/bin/sh
# score.sh FORM.json: scores a form with nothing but buf. The messages are asked of the server (reflection).
set -eu
printf '{"form": %s}' "$(cat "$1")" |
  buf curl --protocol grpc --http2-prior-knowledge --emit-defaults --data @- \
    "http://${JIXIAO_SCORING:-127.0.0.1:7302}/jixiao.scoring.v1.ScoringService/Score"
