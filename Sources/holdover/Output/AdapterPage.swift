import RotationCore

/// What is shown of one kind of server or store: its row of the table, and its settings.
struct AdapterPage {
    let adapter: AdapterDescriptor
    /// The names of the table's columns; the first one is the type's.
    let header: [String]
    /// In the order of `header`.
    let cells: [String]

    var lines: [String] {
        let facts = zip(header, cells).dropFirst().map { name, cell in
            "  \(name.lowercased().padding(to: 16))\(cell)"
        }
        var settings = Table(header: ["SETTING", "WHAT IT IS"])
        for (name, setting) in Self.flat(adapter.settings) {
            settings.add([name + (setting.isRequired ? " *" : ""), setting.summary])
        }
        return ["\(adapter.type): \(adapter.summary)", ""] + facts + [""] + settings.lines
            + ["\n* must be there"]
    }

    /// Settings of settings by their full names.
    private static func flat(
        _ settings: [SettingDescriptor], below prefix: String = ""
    ) -> [(String, SettingDescriptor)] {
        settings.flatMap { setting in
            guard case .group(let inner) = setting.form else {
                return [(prefix + setting.name, setting)]
            }
            return flat(inner, below: "\(prefix)\(setting.name).")
        }
    }
}
