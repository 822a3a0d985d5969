"""What the place from two views takes for granted. ``two_views.yaml`` says where each number comes from."""

SID_MM = (1075.0, 50.0)
SID_STATED = 0.015
GAP_MM = (40.0, 15.0)
BEAM_CENTRE_MM = 15.0
ROLL_DEG = 5.0
TILT_DEG = 3.0
SPINE_MM = 1.5
STERNUM_MM = 4.0
CONTACT_MM = 8.0
BETWEEN_VIEWS_MM = 2.0
TAP_OBJECT_MM = 1.0
TAP_BONE_MM = 1.5
TAP_SKIN_MM = 3.0
TAP_HEART_END_MM = 4.0
TAP_HEART_BORDER_MM = 3.0
TAP_TUBE_MM = 2.0
TAP_DIAPHRAGM_MM = 5.0
AORTA_RADIUS_MM = (8.0, 2.0)
CAVA_RADIUS_MM = (8.0, 2.0)
TRACHEA_RADIUS_MM = (9.0, 2.0)
OESOPHAGUS_RADIUS_MM = (10.0, 4.0)
CANAL_RADIUS_MM = (5.0, 1.0)
OESOPHAGUS_FROM_TRACHEA_MM = (15.0, 8.0)
UNSEEN_MM = 12.0
TRUNK_MAX_MM = 400.0

WEIGHT_OF_RADII_KG = 30.0
"""The radii above are of a dog of this weight."""
