import CYaml

/// One event of libyaml, freed when it is let go.
final class DocumentEvent {
    var event = yaml_event_t()

    deinit { yaml_event_delete(&event) }

    /// What happened.
    var type: yaml_event_type_t { event.type }

    /// Where it begins.
    var mark: Mark {
        Mark(line: Int(event.start_mark.line) + 1, column: Int(event.start_mark.column) + 1)
    }

    /// Whether the node is named for later; aliases refer to such names.
    var hasAnchor: Bool {
        switch type {
        case YAML_SCALAR_EVENT: event.data.scalar.anchor != nil
        case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.anchor != nil
        case YAML_MAPPING_START_EVENT: event.data.mapping_start.anchor != nil
        default: false
        }
    }

    /// Whether the node is tagged, be it with `!` alone.
    var hasTag: Bool {
        switch type {
        case YAML_SCALAR_EVENT: event.data.scalar.tag != nil
        case YAML_SEQUENCE_START_EVENT: event.data.sequence_start.tag != nil
        case YAML_MAPPING_START_EVENT: event.data.mapping_start.tag != nil
        default: false
        }
    }

    /// Whether a scalar stands without quotes.
    var isPlain: Bool { event.data.scalar.style == YAML_PLAIN_SCALAR_STYLE }

    /// The bytes of a scalar.
    var length: Int { Int(event.data.scalar.length) }

    /// The text of a scalar.
    var text: String {
        let bytes = UnsafeBufferPointer(start: event.data.scalar.value, count: length)
        return String(decoding: bytes, as: UTF8.self)
    }
}
