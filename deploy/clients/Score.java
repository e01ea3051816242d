// java Score FORM.json: scores a form.
import com.google.protobuf.util.JsonFormat;
import io.grpc.ManagedChannelBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import jixiao.evaluation.v1.Evaluation.SelfEvaluation;
import jixiao.scoring.v1.ScoringServiceGrpc;
import jixiao.scoring.v1.ScoringServiceOuterClass.ScoreRequest;

class Score {
  public static void main(String[] args) throws Exception {
    var form = SelfEvaluation.newBuilder();
    JsonFormat.parser().merge(Files.readString(Path.of(args[0])), form);
    var address = System.getenv().getOrDefault("JIXIAO_SCORING", "127.0.0.1:7302");
    var channel = ManagedChannelBuilder.forTarget(address).usePlaintext().build();
    try {
      var scoring = ScoringServiceGrpc.newBlockingStub(channel).withDeadlineAfter(5, TimeUnit.SECONDS);
      var answer = scoring.score(ScoreRequest.newBuilder().setForm(form).build());
      System.out.println(JsonFormat.printer().preservingProtoFieldNames().print(answer.getScorecard()));
    } finally {
      channel.shutdownNow();
    }
  }
}
