import RotationCore

/// The keys of `alerts.yaml`, in the order in which they are documented.
struct AlertGrammar: Sendable {
    /// The keys of the file.
    let fields: [Field]

    init(_ channels: [AdapterDescriptor]) {
        fields = [
            Field(
                "channels", .list(.target(.channel, channels)), required: true,
                "Who is told"),
            Field(
                "ping",
                .group([
                    Field("url", .url, required: true, "Asked by GET after a run that went well"),
                    Field("fail_url", .url, "Asked after any other; `/fail` behind the url"),
                    Field("ca_file", .path, "The only authorities to trust, as PEM file"),
                ]), "Who hears that runs take place, and tells when they don't"),
            Field(
                "after", .span(isPositive: true),
                "How much longer than planned a rotation may wait in a phase or begin late; 24h"),
            Field(
                "repeat", .span(isPositive: true),
                "After which time an alert that lasts is said again; 24h"),
            Field(
                "runs", .integer(minimum: 1),
                "How many runs in a row must find a server away or a login refused; 3"),
        ]
    }
}
