import RotationCore

/// A new secret.
struct CreateCall: Sendable {
    let request: RequestTemplate
    let id: AnswerPointer
    let value: AnswerPointer?
    /// Answers that say that there are as many secrets as may be.
    let limits: [LimitSign]

    init(_ settings: Settings, origin: ServerCapabilities.Origin) throws(AdapterError) {
        let places: [RequestTemplate.Place] = [.clientID, .label]
        request = try RequestTemplate(
            settings, method: "POST", places: origin == .client ? places + [.secret] : places)
        id = try settings.requiredPointer("id")
        value = origin == .server ? try settings.requiredPointer("value") : nil
        var limits: [LimitSign] = []
        for text in try settings.texts("limits") ?? [] {
            guard let sign = LimitSign(text) else {
                throw settings.invalid("limits", "is no list such as [409] or [400 too many]")
            }
            limits.append(sign)
        }
        self.limits = limits
    }
}

/// A status, and words that the answer's body must hold; none fits any body.
struct LimitSign: Sendable {
    private let status: Int
    private let words: String

    init?(_ text: String) {
        let parts = text.split(separator: " ", maxSplits: 1)
        guard let status = parts.first.flatMap({ Int($0) }), (400..<500).contains(status) else {
            return nil
        }
        self.status = status
        words = parts.count == 2 ? String(parts[1]) : ""
    }

    func fits(_ status: Int, _ body: String) -> Bool {
        status == self.status && (words.isEmpty || body.contains(words))
    }
}
