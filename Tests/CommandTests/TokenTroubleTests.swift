import Foundation
import ProcessTesting
import Testing

/// `holdover token` where something around it isn't as it should be.
struct TokenTroubleTests {
    @Test(arguments: [">/dev/full", ">&-"])
    func `a token that isn't printed is a failure`(redirection: String) async throws {
        try await TokenStage.open { stage in
            let holdover = HoldoverProcess(
                on: stage.bench,
                through: ["/bin/sh", "-c", #"exec "$@" \#(redirection)"#, "sh"])
            for form in [[], ["--header"], ["--json"], ["--introspect"]] {
                let outcome = try await holdover.run(["token", TokenStage.client] + form)
                #expect(outcome.exit == 1, "\(outcome)")
                #expect(outcome.errors.contains("not-printed"), "\(outcome)")
            }
            #expect(try await stage.asked() == 1)
        }
    }
}
