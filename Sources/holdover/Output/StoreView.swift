import RotationCore

/// What one kind of secret store can do, for a table, a page and `--json`.
struct StoreView: Encodable {
    let type: String
    let summary: String
    let capabilities: StoreCapabilities?
    /// The setting that makes the store hold a client_id too; nil where none does.
    let clientIDSetting: String?
    /// The setting that makes room for a candidate; nil where none does.
    let candidateSetting: String?

    init(_ store: AdapterDescriptor) {
        type = store.type
        summary = store.summary
        capabilities = store.storeCapabilities
        let names = store.settings.map(\.name)
        clientIDSetting = names.first { $0 == "client_id_field" }
        candidateSetting = names.first { $0 == "candidate_field" }
    }

    static let header = [
        "TYPE", "COMPARES", "READABLE", "VERSIONED", "CLIENT_ID", "CANDIDATE",
    ]

    /// In the order of ``header``.
    var cells: [String] {
        guard let capabilities else {
            return [type] + Self.header.dropFirst().map { _ in "plan" }
        }
        return [
            type, Self.word(capabilities.comparesAndSets), Self.word(capabilities.readable),
            Self.word(capabilities.versioned),
            clientIDSetting ?? Self.word(capabilities.holdsClientID),
            candidateSetting ?? Self.word(capabilities.holdsCandidate),
        ]
    }

    private static func word(_ can: Bool) -> String { can ? "yes" : "no" }
}
