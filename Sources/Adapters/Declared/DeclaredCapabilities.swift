import RotationCore

/// What a plan says that a server can do, with the groups of settings that say it.
enum DeclaredCapabilities {
    private typealias Recognition = ServerCapabilities.Recognition

    /// By what a secret is told from others, the weakest first.
    ///
    /// What is tried isn't listed, so that is offered only where nothing but one secret can be.
    private static func recognitions(_ shapes: [ServerCapabilities.Shape]) -> [Recognition] {
        shapes.contains(.single)
            ? [.none, .time, .label, .trial, .value]
            : [.none, .time, .label, .value]
    }

    /// The settings below `capabilities`; `shapes` are those that the adapter can serve.
    static func setting(_ shapes: [ServerCapabilities.Shape]) -> SettingDescriptor {
        var inner = [
            SettingDescriptor(
                "limit", .integer, required: true,
                summary: "how many secrets a client may have at once, disabled ones included"),
            SettingDescriptor(
                "origin", .choice(["client", "server"]), required: true,
                summary: "who makes the value: the server, or Holdover"),
            SettingDescriptor(
                "recognition", .choice(recognitions(shapes).map(\.rawValue)), required: true,
                summary: "by what a secret is told from others in the list"),
            SettingDescriptor(
                "disable", .boolean,
                summary: "whether a secret can be refused in a way that can be undone; "
                    + "false if left out"),
            SettingDescriptor(
                "propagation", .span,
                summary: "how long a change takes to be everywhere, at worst; 1m if left out"),
        ]
        if shapes.count > 1 {
            inner.insert(
                SettingDescriptor(
                    "shape", .choice(shapes.map(\.rawValue)),
                    summary: "how the secrets are held; list if left out"), at: 0)
        }
        return SettingDescriptor(
            "capabilities", .group(inner), required: true, summary: "what the server can do")
    }

    /// Reads the group.
    static func read(_ settings: Settings, _ shapes: [ServerCapabilities.Shape])
        throws(AdapterError) -> ServerCapabilities
    {
        let declared = try settings.requiredGroup("capabilities")
        let limit = try declared.requiredText("limit")
        guard let limit = Int(limit), limit >= 1 else {
            throw declared.invalid("limit", "is not a number of secrets")
        }
        let shape = try shape(declared, shapes)
        let origin: ServerCapabilities.Origin = try word(declared, "origin", [.server, .client])
        let recognition: Recognition = try word(declared, "recognition", recognitions(shapes))
        guard recognition != .trial || shape == .single else {
            throw declared.invalid("recognition", "can be trial only with the shape single")
        }
        return ServerCapabilities(
            shape: shape, limit: limit, origin: origin, recognition: recognition,
            canDisable: try declared.boolean("disable", default: false),
            // A value that the server made can't be had again.
            canWithdraw: shape != .single || origin == .client,
            propagation: try declared.span("propagation", default: .minutes(1)))
    }

    private static func shape(_ settings: Settings, _ shapes: [ServerCapabilities.Shape])
        throws(AdapterError) -> ServerCapabilities.Shape
    {
        try settings.text("shape") == nil ? .list : word(settings, "shape", shapes)
    }

    private static func word<Word: RawRepresentable>(
        _ settings: Settings, _ name: String, _ words: [Word]
    ) throws(AdapterError) -> Word where Word.RawValue == String {
        let text = try settings.requiredText(name)
        guard let word = words.first(where: { $0.rawValue == text }) else {
            let known = words.map(\.rawValue).joined(separator: ", ")
            throw settings.invalid(name, "is none of \(known)")
        }
        return word
    }
}
