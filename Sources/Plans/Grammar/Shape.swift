import RotationCore

/// What may stand behind a key of a plan.
///
/// The checker and the JSON Schema are both made from this, so that they can't disagree.
indirect enum Shape: Sendable {
    /// Any visible text.
    case text
    /// A client's name.
    case clientName
    /// A `client_id`.
    case clientID
    /// The name of a target or a consumer.
    case name
    /// A whole number, at least `minimum` where there is one.
    case integer(minimum: Int?)
    case boolean
    /// A length of time; an adapter's is never zero.
    case span(isPositive: Bool)
    /// `02:00-04:00`.
    case window
    case url
    case path
    case reference
    case choice([String])
    /// A list of at least one.
    case list(Shape)
    case group([Field])
    /// One of the adapters of a role, with its settings.
    case target(AdapterRole, [AdapterDescriptor])

    /// The shape of an adapter's setting.
    init(_ form: SettingDescriptor.Form) {
        self =
            switch form {
            case .text: .text
            case .integer: .integer(minimum: nil)
            case .boolean: .boolean
            case .span: .span(isPositive: true)
            case .url: .url
            case .path: .path
            case .reference: .reference
            case .choice(let words): .choice(words)
            case .texts: .list(.text)
            case .group(let settings): .group(settings.map(Field.init))
            }
    }
}

/// A key, what may stand behind it, and what it means.
struct Field: Sendable {
    let name: String
    let shape: Shape
    let isRequired: Bool
    let summary: String

    init(_ name: String, _ shape: Shape, required: Bool = false, _ summary: String) {
        self.name = name
        self.shape = shape
        self.isRequired = required
        self.summary = summary
    }

    /// The field of an adapter's setting.
    init(_ setting: SettingDescriptor) {
        self.init(
            setting.name, Shape(setting.form), required: setting.isRequired, setting.summary)
    }
}
