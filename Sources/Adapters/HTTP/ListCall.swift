import RotationCore

/// All secrets of the client, in one answer.
struct ListCall: Sendable {
    let request: RequestTemplate
    /// Where the list is; the others are below each of its items.
    let items: AnswerPointer
    let id: AnswerPointer
    let label: AnswerPointer?
    let value: AnswerPointer?
    let createdAt: AnswerPointer?
    let expiresAt: AnswerPointer?
    let enabled: AnswerPointer?
    /// What stands at `enabled` where a secret is.
    let enabledWord: String

    init(_ settings: Settings) throws(AdapterError) {
        request = try RequestTemplate(settings, method: "GET", places: [.clientID])
        items = try settings.pointer("items") ?? .whole
        id = try settings.requiredPointer("id")
        label = try settings.pointer("label")
        value = try settings.pointer("value")
        createdAt = try settings.pointer("created_at")
        expiresAt = try settings.pointer("expires_at")
        enabled = try settings.pointer("enabled")
        enabledWord = try settings.text("enabled_word") ?? "true"
    }
}
