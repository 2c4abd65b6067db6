/// Which pods a workload is about.
struct KubernetesSelector: Decodable, Sendable {
    private let matchLabels: [String: String]?
    private let matchExpressions: [Requirement]?

    private struct Requirement: Decodable {
        let key: String
        let `operator`: String
        let values: [String]?

        /// As `labelSelector` spells it.
        var text: String {
            let values = (values ?? []).joined(separator: ",")
            return switch `operator` {
            case "In": "\(key) in (\(values))"
            case "NotIn": "\(key) notin (\(values))"
            case "DoesNotExist": "!\(key)"
            default: key
            }
        }
    }

    /// As the query `labelSelector` spells it.
    var text: String {
        let labels = (matchLabels ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        return (labels + (matchExpressions ?? []).map(\.text)).joined(separator: ",")
    }
}
