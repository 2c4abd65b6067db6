import RotationCore

/// The broken promises of one run of a contract suite.
struct Violations {
    private(set) var all: [String] = []
    /// The parts that were run.
    private(set) var topics: [String] = []
    private var topic = ""

    /// Notes `promise` as broken unless `isKept`.
    mutating func expect(_ isKept: Bool, _ promise: String) {
        if !isKept { all.append("\(topic): \(promise)") }
    }

    /// Runs one part of a suite; an error that it doesn't expect is a broken promise too.
    mutating func check(_ topic: String, _ body: (inout Violations) async throws -> Void) async {
        self.topic = topic
        topics.append(topic)
        do {
            try await body(&self)
        } catch let error as AdapterError {
            all.append("\(topic): threw \(error.code) (\(error.kind)): \(error.message)")
        } catch {
            all.append("\(topic): threw \(error)")
        }
    }
}
