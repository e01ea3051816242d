// node score.mjs FORM.json: scores a form. The stubs are made at run time from the folder proto (or $JIXIAO_PROTO).
import { readFileSync } from 'node:fs';
import grpc from '@grpc/grpc-js';
import protoLoader from '@grpc/proto-loader';

const definition = protoLoader.loadSync('jixiao/scoring/v1/scoring_service.proto', {
  includeDirs: [process.env.JIXIAO_PROTO ?? 'proto'],
  keepCase: true,
  longs: String,
  enums: String,
});
const { ScoringService } = grpc.loadPackageDefinition(definition).jixiao.scoring.v1;
const scoring = new ScoringService(process.env.JIXIAO_SCORING ?? '127.0.0.1:7302', grpc.credentials.createInsecure());
const form = JSON.parse(readFileSync(process.argv[2], 'utf8'));
scoring.Score({ form }, { deadline: Date.now() + 5000 }, (error, answer) => {
  if (error) {
    console.error(`${grpc.status[error.code]}: ${error.details}`);
    process.exitCode = 1;
  } else {
    console.log(JSON.stringify(answer.scorecard, null, 2));
  }
  scoring.close();
});
