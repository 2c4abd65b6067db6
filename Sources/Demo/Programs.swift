import Foundation

/// Where the programs of the demonstration are: beside it, or where HOLDOVER_BIN_DIR says.
struct Programs: Sendable {
    let holdover: String
    let practiceServer: String
    let practiceConsumer: String
    let sampleService: String

    init(environment: [String: String]) throws {
        let own = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
        let named = environment["HOLDOVER_BIN_DIR"].flatMap { $0.isEmpty ? nil : $0 }
        let folder = named.map { URL(fileURLWithPath: $0) } ?? own.deletingLastPathComponent()
        func find(_ name: String) throws -> String {
            let path = folder.appendingPathComponent(name).path
            guard FileManager.default.isExecutableFile(atPath: path) else {
                throw DemoFailure("\(path) is missing: make demo builds it")
            }
            return path
        }
        holdover = try find("holdover")
        practiceServer = try find("practice-server")
        practiceConsumer = try find("practice-consumer")
        sampleService = try find("sample-service")
    }
}
