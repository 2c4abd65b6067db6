/// How a consumer keeps its secret: the three kinds of file that holdover can write.
enum SecretPlace: Sendable {
    case raw
    case json
    case dotenv

    var fileName: String {
        switch self {
        case .raw: "client-secret"
        case .json: "config.json"
        case .dotenv: "service.env"
        }
    }

    /// What the newcomer reads about it.
    var words: String {
        switch self {
        case .raw: "raw file"
        case .json: "JSON field"
        case .dotenv: "dotenv variable"
        }
    }

    /// A file as its owner wrote it before holdover came.
    func document(holding secret: String) -> String {
        switch self {
        case .raw: secret + "\n"
        case .json: "{\n  \"port\": 8080,\n  \"client_secret\": \"\(secret)\"\n}\n"
        case .dotenv: "# read at SIGHUP\nLOG_LEVEL=info\nCLIENT_SECRET=\"\(secret)\"\n"
        }
    }

    /// What a plan says of it beside the path.
    var settings: String {
        switch self {
        case .raw: ""
        case .json: ", format: json, field: client_secret"
        case .dotenv: ", format: dotenv, field: CLIENT_SECRET"
        }
    }

    /// What the consumer is told of it beside the path.
    var arguments: [String] {
        switch self {
        case .raw: []
        case .json: ["--json-field", "client_secret"]
        case .dotenv: ["--dotenv-variable", "CLIENT_SECRET"]
        }
    }
}
