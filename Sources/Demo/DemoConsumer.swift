import Foundation

/// A program that fetches tokens all the time, and how it learns of a new secret.
struct DemoConsumer: Sendable {
    let client: String
    let name: String
    let place: SecretPlace
    let habit: Habit

    enum Habit: String, Sendable {
        case watch
        case interval
        case hook

        /// What the newcomer reads about it.
        var words: String {
            switch self {
            case .watch: "watches its directory"
            case .interval: "reads again every second"
            case .hook: "reads again at SIGHUP"
            }
        }
    }

    /// The three consumers of a client.
    static func trio(of client: String) -> [DemoConsumer] {
        [
            DemoConsumer(client: client, name: "web", place: .raw, habit: .watch),
            DemoConsumer(client: client, name: "worker", place: .json, habit: .interval),
            DemoConsumer(client: client, name: "batch", place: .dotenv, habit: .hook),
        ]
    }

    /// Its own directory on the stage.
    var directory: String { "run/\(client)/\(name)" }
    var secretFile: String { "\(directory)/\(place.fileName)" }
    var reportFile: String { "\(directory)/adoption" }
    var processFile: String { "\(directory)/pid" }
    private var tallyFile: String { "\(directory)/stats" }

    /// The program, with the secret in its file and nowhere else.
    func program(at path: String, on stage: DemoStage, tokenEndpoint: String) -> ChildProgram {
        let arguments = [
            "--name", name, "--client-id", client, "--token-endpoint", tokenEndpoint,
            "--secret-file", stage.path(secretFile), "--habit", habit.rawValue,
            "--reload-every", "1s", "--report", stage.path(reportFile),
            "--stats", stage.path(tallyFile), "--pid-file", stage.path(processFile),
        ]
        return ChildProgram(path: path, arguments: arguments + place.arguments)
    }

    /// What it has counted so far; zeros until it begins.
    func tally(on stage: DemoStage) -> ConsumerTally {
        let data = FileManager.default.contents(atPath: stage.path(tallyFile)) ?? Data()
        return (try? JSONDecoder().decode(ConsumerTally.self, from: data)) ?? ConsumerTally()
    }
}
