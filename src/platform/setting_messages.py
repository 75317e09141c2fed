"""What is wrong with a setting, in plain words."""

from pydantic_core import ErrorDetails


def name_of(problem: ErrorDetails) -> str:
    return ".".join(map(str, problem["loc"])).upper()


def message_of(problem: ErrorDetails) -> str:
    """In plain words, and without the value: it may be a secret in the wrong place."""
    limits = problem.get("ctx", {})
    match problem["type"]:
        case "value_error":
            return str(limits["error"])
        case "int_parsing" | "int_type" | "int_from_float":
            return "must be a whole number"
        case "float_parsing" | "float_type" | "finite_number":
            return "must be a number"
        case "greater_than":
            return f"must be more than {limits['gt']:g}"
        case "greater_than_equal":
            return f"must be at least {limits['ge']:g}"
        case "less_than_equal":
            return f"must be at most {int(limits['le']):,}"
        case "int_parsing_size":
            return "is too large a number"
        case "bool_parsing" | "bool_type":
            return "must be true or false"
        case "literal_error":
            return f"must be one of {limits['expected']}"
    return problem["msg"]
